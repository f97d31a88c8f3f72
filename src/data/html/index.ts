export { htmlToMarkdown } from './html-to-markdown.js';
