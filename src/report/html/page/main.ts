import { startBrowser } from './browser.js';
import { startTables } from './tables.js';
import { startTheme } from './theme.js';

startTheme();
startTables();
startBrowser();
