import { parsePolicy } from '../contracts/policy.ts';
import { DEFAULT_POLICY } from '../core/default-policy.ts';
import type { Policy } from '../core/policy.ts';

/** A policy file that cannot be used; the message is for the operator. */
export class PolicyRefused extends Error {
  readonly code = 'policy_refused';
}

/** The policy in force: the file's, or the default one, in the mode that the operator set. */
export function loadPolicy(options: {
  readonly file: string | null;
  readonly mode: 'enforce' | 'monitor' | null;
  readonly read: (path: string) => string;
}): Policy {
  const policy = options.file === null ? DEFAULT_POLICY : fromFile(options.file, options.read);
  return options.mode === null ? policy : { ...policy, mode: options.mode };
}

function fromFile(path: string, read: (path: string) => string): Policy {
  let json: unknown;
  try {
    json = JSON.parse(read(path));
  } catch (cause) {
    const what = cause instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read';
    throw new PolicyRefused(`The policy file ${path} ${what}.`, { cause });
  }
  const parsed = parsePolicy(json, DEFAULT_POLICY);
  if (!parsed.ok) {
    const problems = parsed.problems
      .map((problem) => `${problem.pointer || '/'} ${problem.detail}`)
      .join('; ');
    throw new PolicyRefused(`The policy file ${path} is refused: ${problems}.`);
  }
  return parsed.policy;
}
