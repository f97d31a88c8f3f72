export * from './cleaning/index.js';
export * from './evaluation/index.js';
export * from './html/index.js';
export * from './training/index.js';
