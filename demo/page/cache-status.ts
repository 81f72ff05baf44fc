/** Reads where an answer came from out of its Cache-Status field (RFC 9211). */

/** Who gave the bytes, as the page says it. */
export type Source = 'hit' | 'validated' | 'network' | 'healed';

/** The mendbox member of a Cache-Status field. */
export interface Provenance {
  readonly source: Source;
  /** What is left of the freshness lifetime, in seconds; negative when stale. */
  readonly ttl?: number;
  /** The cache's own words, such as `healed-digest-mismatch`. */
  readonly detail?: string;
}

/** The parameters of one cache's member; bare ones are `true`. */
function parametersOf(
  field: string,
  cache: string,
): Map<string, string> | undefined {
  const member = field
    .split(',')
    .map((each) => each.split(';').map((part) => part.trim()))
    .find(([name]) => name === cache);
  return (
    member &&
    new Map(
      member.slice(1).map((part) => {
        const [name = '', value = 'true'] = part.split('=');
        return [name, value.replace(/^"|"$/g, '')];
      }),
    )
  );
}

function sourceOf(parameters: Map<string, string>): Source {
  if (parameters.get('detail')?.startsWith('healed')) return 'healed';
  if (parameters.has('hit')) return 'hit';
  return parameters.get('fwd-status') === '304' ? 'validated' : 'network';
}

/** Where an answer came from; one without our member came from the network. */
export function provenanceOf(headers: Headers): Provenance {
  const parameters = parametersOf(headers.get('Cache-Status') ?? '', 'mendbox');
  if (!parameters) return { source: 'network' };
  const ttl = parameters.get('ttl');
  const detail = parameters.get('detail');
  return {
    source: sourceOf(parameters),
    ...(ttl !== undefined && { ttl: Number(ttl) }),
    ...(detail !== undefined && { detail }),
  };
}
