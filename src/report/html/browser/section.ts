import { html, type Markup } from '../markup.js';

/** Where a reader looks through questions, answers and verdicts. The page's script fills it. */
export function browserSection(): Markup {
  return html`<section class="section" id="browse" aria-labelledby="browse-heading">
<header><h2 id="browse-heading">Questions, answers and verdicts</h2><p>Every question with its answers, and what the judges said in each order. <span data-screen-only>Keys: <kbd>j</kbd> and <kbd>k</kbd> go on and back, <kbd>/</kbd> searches.</span></p></header>
<noscript><p class="notice">Looking through the questions needs JavaScript; the figures above do not.</p></noscript>
<div id="browser" hidden>
<form id="filters" class="filters" data-screen-only>
<label class="search">Search <input type="search" name="text" autocomplete="off" placeholder="in questions, answers, verdicts"></label>
<label>Category <select name="category"><option value="">all</option></select></label>
<label>Models <select name="pair"><option value="">all</option></select></label>
<label>Won by <select name="won"><option value="">any</option></select></label>
<label>Judge <select name="judge"><option value="">any</option></select></label>
<label>Only <select name="only"><option value="">everything</option><option value="judges">judges disagree</option><option value="orders">orders disagree</option><option value="injections">answer speaks to the judge</option><option value="unparsed">no verdict</option></select></label>
<button type="reset" class="plain">Clear</button>
</form>
<p id="status" class="note" role="status" data-screen-only></p>
<div class="panes">
<div id="list" class="list" role="listbox" tabindex="0" aria-label="Questions" data-screen-only></div>
<div class="pane">
<nav class="steps" aria-label="Questions one by one" data-screen-only>
<button type="button" class="plain" id="previous">← Previous</button>
<span id="position" class="note"></span>
<button type="button" class="plain" id="next">Next →</button>
</nav>
<article id="detail" class="detail" aria-live="off"></article>
</div>
</div>
</div>
</section>
`;
}
