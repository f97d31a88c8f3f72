import type * as z from 'zod';
import type { ConfigIssue } from '../../core/index.js';

type Issue = z.core.$ZodIssue;

/**
 * What is wrong, each at the field itself. Where a field has several forms (a text or an object), the form that was
 * evidently meant is the one complained about, not all of them.
 */
export function describeIssues(issues: readonly Issue[], prefix: readonly PropertyKey[] = []): ConfigIssue[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'invalid_union') return describeUnion(issue, path);
    if (issue.code === 'invalid_key' || issue.code === 'invalid_element') return describeIssues(issue.issues, path);
    return [{ path: path.map(String).join('.'), message: issue.message.replace(/^Invalid input: /, '') }];
  });
}

function describeUnion(issue: Issue & { readonly code: 'invalid_union' }, path: readonly PropertyKey[]): ConfigIssue[] {
  const meant = issue.errors.filter((form) => !form.some(isOtherForm));
  if (meant.length === 1) return describeIssues(meant[0]!, path);
  const forms = issue.errors.flatMap((form) => form.flatMap((found) => (isOtherForm(found) ? expectation(found) : [])));
  const message = forms.length > 0 ? `expected ${[...new Set(forms)].join(' or ')}` : 'none of the forms it may have';
  return [{ path: path.map(String).join('.'), message }];
}

/** Says that the value is of another kind altogether, not that something in it is wrong. */
function isOtherForm(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((form) => form.some(isOtherForm));
  return issue.code === 'invalid_type';
}

function expectation(issue: Issue): string[] {
  if (issue.code === 'invalid_union') return issue.errors.flatMap((form) => form.flatMap(expectation));
  return issue.code === 'invalid_type' ? [issue.expected] : [];
}
