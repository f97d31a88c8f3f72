const plain = '0123456789+-=()n';
const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ';
const lowered = '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ';

/** `x<sup>2</sup>` as `x²` where Unicode has the characters; elsewhere the tag, which markdown lets through. */
export function superscript(name: 'sub' | 'sup', markdown: string): string {
  if (markdown === '') return '';
  const shifted = name === 'sup' ? raised : lowered;
  const characters = [...markdown].map((character) => shifted[plain.indexOf(character)]);
  return characters.includes(undefined) ? `<${name}>${markdown}</${name}>` : characters.join('');
}
