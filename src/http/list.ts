/** Comma-separated lists (RFC 9110 section 5.6.1). */

/**
 * The elements of a field that is a list of words; "A recipient MUST parse and ignore a reasonable number of empty list
 * elements".
 */
export function listMembers(value: string | null): string[] {
  if (value === null) return [];
  const members = value.split(',').map((member) => member.trim());
  return members.filter(Boolean);
}

/** The same in lower case, for names that are compared without regard to case. */
export function listNames(value: string | null): string[] {
  return listMembers(value && value.toLowerCase());
}
