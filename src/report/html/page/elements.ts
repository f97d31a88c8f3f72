type Child = Node | string | undefined | false;

/** An element with attributes and children. Strings are text, whatever is in them. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  for (const child of children) if (child !== undefined && child !== false) made.append(child);
  return made;
}

/** Markup that the report's renderer made. */
export function prose(html: string): HTMLDivElement {
  const made = element('div', { class: 'prose' });
  made.innerHTML = html;
  return made;
}

export function byId<Type extends HTMLElement>(id: string): Type {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}.`);
  return found as Type;
}
