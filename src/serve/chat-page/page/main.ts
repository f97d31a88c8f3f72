import { App } from './app.js';
import { readFacts } from './facts.js';

void new App(readFacts()).start();
