// Compares what the page and the origin saw with what a test expects, and counts the way cache-tests' own site does.

import { concreteValue } from './origin.mjs';
import { kindOf, kinds } from './suite.mjs';

const bodiless = new Set([204, 304]);
// Never readable by a page, or rewritten on the way.
const unreadable = new Set(['set-cookie', 'set-cookie2', 'date']);

/**
 * Something that is not as expected. It only spoils the test's setup where the step merely prepares, or where no
 * expectation of the test (`about`) says anything of it.
 */
function complaint(step, about, text) {
  const isSetup =
    about === undefined || step.setup || step.setup_tests?.includes(about);
  return { is: isSetup ? 'setup' : 'fail', text };
}

function* ofType(step, number, { status, headers }) {
  const asked = Number.parseInt(headers['server-request-count'] ?? '', 10);
  const isUncounted304 = status === 304 && Number.isNaN(asked);
  if (step.expected_type === 'cached' && !isUncounted304 && !(asked < number)) {
    yield complaint(
      step,
      'expected_type',
      `answer ${number} is not a stored one`,
    );
  }
  if (step.expected_type === 'not_cached' && asked !== number) {
    yield complaint(step, 'expected_type', `answer ${number} is a stored one`);
  }
}

function* ofStatus(step, number, { status }) {
  const differs = (about, wanted) =>
    complaint(
      step,
      about,
      `answer ${number} has status ${status}, not ${wanted}`,
    );
  if ('expected_status' in step) {
    const wanted = step.expected_status;
    if (wanted !== null && status !== wanted) {
      yield differs('expected_status', wanted);
    }
  } else if (step.response_status) {
    const [wanted] = step.response_status;
    if (status !== wanted) yield differs(undefined, wanted);
  } else if (status === 999) {
    yield complaint(
      step,
      'expected_type',
      `request ${number} is not conditional`,
    );
  } else if (status !== 200) yield differs(undefined, 200);
}

function headerHolds([name, ...rest], step, headers) {
  const value = headers[name.toLowerCase()];
  if (rest.length === 0) return value !== undefined;
  if (rest.length === 1) {
    const at = Number(headers['server-now']);
    const context = { at, url: headers['server-base-url'] };
    return value === String(concreteValue(name, rest[0], step, context));
  }
  const [operator, operand] = rest;
  if (value === undefined) return false;
  if (operator === '=') return value === headers[operand.toLowerCase()];
  if (operator === '>') return Number.parseInt(value, 10) > operand;
  throw new Error(`a test compares by "${operator}"`);
}

function* ofFields(step, number, { headers }, isStrict) {
  for (const wanted of step.expected_response_headers ?? []) {
    if (headerHolds([wanted].flat(), step, headers)) continue;
    const [name] = [wanted].flat();
    const value = headers[name.toLowerCase()];
    const text = `answer ${number} has ${name}: ${value}, not ${wanted}`;
    yield complaint(step, 'expected_response_headers', text);
  }
  for (const unwanted of step.expected_response_headers_missing ?? []) {
    const [name, part] = [unwanted].flat();
    const value = headers[name.toLowerCase()];
    // Upstream's client never finds a pair of name and value, and its published results rest on that.
    const isThere =
      part === undefined
        ? value !== undefined
        : isStrict && value?.includes(part);
    if (!isThere) continue;
    const text = `answer ${number} has ${name}: ${value}`;
    yield complaint(step, 'expected_response_headers_missing', text);
  }
}

function* ofBody(step, { status, body }, token) {
  if (step.check_body === false) return;
  const differs = (about, wanted) =>
    complaint(step, about, `the body is "${body}", not "${wanted}"`);
  if ('expected_response_text' in step) {
    const wanted = step.expected_response_text;
    if (wanted !== null && body !== wanted) {
      yield differs('expected_response_text', wanted);
    }
  } else if (typeof step.response_body === 'string') {
    if (body !== step.response_body) {
      yield differs(undefined, step.response_body);
    }
  } else if (!bodiless.has(status) && step.request_method !== 'HEAD') {
    if (body !== token) yield differs(undefined, token);
  }
}

function* ofAnswer(step, number, seen, { token, isStrict }) {
  const numbers = seen.headers['request-numbers']?.split(' ') ?? [];
  if (new Set(numbers.map(Number)).size !== numbers.length) {
    yield {
      ...complaint(step, undefined, 'the browser asked again'),
      is: 'retry',
    };
  }
  yield* ofType(step, number, seen);
  yield* ofStatus(step, number, seen);
  yield* ofFields(step, number, seen, isStrict);
  yield* ofBody(step, seen, token);
}

const validators = {
  etag_validated: 'if-none-match',
  lm_validated: 'if-modified-since',
};

function* ofValidation(step, number, entry) {
  const name = validators[step.expected_type];
  if (name === undefined || name in entry.headers) return;
  yield complaint(
    step,
    'expected_type',
    `request ${number} carries no ${name}`,
  );
}

function* ofRequestFields(step, number, { headers }) {
  for (const wanted of step.expected_request_headers ?? []) {
    const [name, text] = [wanted].flat();
    const value = headers[name.toLowerCase()];
    if (text === undefined ? value !== undefined : value === text) continue;
    const what = `request ${number} has ${name}: ${value}, not ${wanted}`;
    yield complaint(step, 'expected_request_headers', what);
  }
  for (const unwanted of step.expected_request_headers_missing ?? []) {
    const [name, text] = [unwanted].flat();
    const value = headers[name.toLowerCase()];
    if (text === undefined ? value === undefined : value !== text) continue;
    const what = `request ${number} has ${name}: ${value}`;
    yield complaint(step, 'expected_request_headers_missing', what);
  }
}

function* ofTransfer(step, number, entry, seen) {
  for (const [name, sent] of entry.sent) {
    if (unreadable.has(name.toLowerCase())) continue;
    const wanted = [sent].flat().join(', ');
    const got = seen.headers[name.toLowerCase()];
    if (got === wanted) continue;
    yield complaint(
      step,
      undefined,
      `answer ${number}: ${name}: ${got}, ${wanted}`,
    );
  }
}

function* ofRequest(step, number, entry, seen) {
  if (step.expected_type === 'not_cached' && entry?.number !== number) {
    yield complaint(step, 'expected_type', `request ${number} was not sent`);
  }
  if (validators[step.expected_type] && entry === undefined) {
    yield complaint(step, 'expected_type', `request ${number} was not sent`);
  }
  const isLookedAt =
    step.expected_request_headers ??
    step.expected_request_headers_missing ??
    step.expected_method;
  if (entry === undefined) {
    // Nobody can say what it would have looked like.
    if (isLookedAt) yield { is: 'fail', text: `request ${number} is missing` };
    return;
  }
  yield* ofValidation(step, number, entry);
  yield* ofRequestFields(step, number, entry);
  yield* ofTransfer(step, number, entry, seen);
  if ('expected_method' in step && entry.method !== step.expected_method) {
    const text = `request ${number} is a ${entry.method}`;
    yield complaint(step, 'expected_method', text);
  }
}

/** Everything that is not as the test expects, in the order in which it could be noticed. */
function* complaints({ test, token, log }, observed, isStrict) {
  for (const [index, step] of test.requests.entries()) {
    const seen = observed[index];
    // A head may have come, and be wrong, before the body failed.
    if (seen.headers && seen.error === undefined) {
      yield* ofAnswer(step, index + 1, seen, { token, isStrict });
    }
    if (seen.error !== undefined) {
      yield {
        is: seen.error === 'timeout' ? 'timeout' : 'fail',
        text: `request ${index + 1}: ${seen.error}`,
      };
    }
  }
  let next = 0;
  for (const [index, step] of test.requests.entries()) {
    // The origin need not see what a stored response answers.
    if (step.expected_type === 'cached') continue;
    yield* ofRequest(step, index + 1, log[next++], observed[index]);
  }
}

/** What a test came to: `pass`, or the first thing that was wrong. A spoilt `setup` says nothing of the test's own matter. */
export function judge(run, observed, isStrict) {
  const [first] = complaints(run, observed, isStrict);
  return first ?? { is: 'pass', text: '' };
}

/** A test whose dependencies do not all pass has shown nothing. */
export function withDependencies(verdicts, byId) {
  const isGood = (id) => {
    const test = byId.get(id);
    if (test === undefined) return true;
    return verdicts[id].is === 'pass' && (test.depends_on ?? []).every(isGood);
  };
  return Object.fromEntries(
    Object.entries(verdicts).map(([id, verdict]) => {
      const bad = (byId.get(id).depends_on ?? []).find((each) => !isGood(each));
      if (bad === undefined) return [id, verdict];
      return [id, { is: 'dependency', text: `${bad} does not pass` }];
    }),
  );
}

/** Per kind, how many of the counted tests pass. */
export function tally(counted, verdicts) {
  const ofKind = (kind) => counted.filter(({ test }) => kindOf(test) === kind);
  return Object.fromEntries(
    kinds.map((kind) => {
      const all = ofKind(kind);
      const passed = all.filter(({ test }) => verdicts[test.id].is === 'pass');
      return [kind, `${passed.length}/${all.length}`];
    }),
  );
}
