export { isRegenerateCounter, withoutLeftovers } from './chrome.js';
export { htmlToMarkdown } from './html-to-markdown.js';
