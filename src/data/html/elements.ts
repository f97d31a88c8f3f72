const names = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Elements that never have content or an end tag (HTML Standard, 13.1.2). */
export const voidElements = names(
  'area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr',
);

/** Elements whose content is text up to their own end tag, whatever it looks like. */
export const rawTextElements = names('script style xmp iframe noembed noframes textarea title');

/** Elements that stand on lines of their own. */
export const blockElements = names(
  'address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer form ' +
    'h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre search section summary ' +
    'table tbody td tfoot th thead tr caption ul',
);

/** Elements whose start ends an open paragraph (HTML Standard, 13.2.6.4.7: "close a p element"). */
export const paragraphEnders = names(
  'address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 ' +
    'h4 h5 h6 header hgroup hr li dd dt main menu nav ol p pre search section summary table ul',
);

/** Elements that an inner, unmatched end tag cannot reach through. */
export const scopeElements = names('table td th caption template button object');

/** For a start tag: the open elements it ends, and the elements the search for them stops at. */
export const impliedEnds: ReadonlyMap<
  string,
  { readonly ends: ReadonlySet<string>; readonly within: ReadonlySet<string> }
> = new Map(
  (
    [
      ['li', 'li', 'ul ol menu dir'],
      ['dt', 'dt dd', 'dl'],
      ['dd', 'dt dd', 'dl'],
      ['option', 'option', 'select datalist optgroup'],
      ['tr', 'tr td th', 'table'],
      ['td', 'td th', 'table tr'],
      ['th', 'td th', 'table tr'],
      ['thead', 'thead tbody tfoot tr td th caption', 'table'],
      ['tbody', 'thead tbody tfoot tr td th caption', 'table'],
      ['tfoot', 'thead tbody tfoot tr td th caption', 'table'],
    ] as const
  ).map(([name, ends, within]) => [name, { ends: names(ends), within: names(`${within} table td th blockquote`) }]),
);

/** Elements that hold nothing a reader sees as text: programs, styles, controls, media. */
export const invisibleElements = names(
  'audio button canvas datalist embed frame head iframe link map meta noembed noframes noscript object script select ' +
    'style svg template textarea title video',
);
