const svg = 'http://www.w3.org/2000/svg';

/** Strokes on a grid of 24, drawn with the colour of the text around them. */
const strokes = {
  menu: 'M4 7h16M4 12h16M4 17h16',
  plus: 'M12 5v14M5 12h14',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M8 8h8v8H8z',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  again: 'M4 12a8 8 0 0 1 13.7-5.6L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 0 1-13.7 5.6L4 15.5M4 20v-4.5h4.5',
  edit: 'M4 20l1-4L16.5 4.5l3 3L8 19z',
  bin: 'M4 7h16M10 4h4M6 7l1 13h10l1-13M10 11v5M14 11v5',
  left: 'M14.5 6l-6 6 6 6',
  right: 'M9.5 6l6 6-6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
  columns: 'M4 5h16v14H4zM12 5v14',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4',
  theme: 'M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16',
  key: 'M11 13.5a4 4 0 1 1-1-1L19 4M16 7l3 3',
  close: 'M6 6l12 12M18 6L6 18',
} as const;

export type Icon = keyof typeof strokes;

export function icon(name: Icon): SVGSVGElement {
  const made = document.createElementNS(svg, 'svg');
  for (const [key, value] of Object.entries({
    viewBox: '0 0 24 24',
    class: `icon icon-${name}`,
    'aria-hidden': 'true',
  }))
    made.setAttribute(key, value);
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', strokes[name]);
  made.append(path);
  return made;
}
