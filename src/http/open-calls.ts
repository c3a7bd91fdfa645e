import type { Caller } from './request.ts';

/** How many long calls of one kind may be under way in this process. */
export interface OpenCallLimits {
  /** Of one API key or session. */
  readonly caller: number;
  /** Of all keys and sessions of one tenant: who signs in again and again must not take the others' places. */
  readonly tenant: number;
  readonly all: number;
}

export interface OpenCalls {
  /** Takes a place until the function that it gives is called (more than once is once); `null`: there is none free. */
  enter(caller: Pick<Caller, 'id' | 'tenant'>): (() => void) | null;
}

/** Counts calls that go on for long, as live streams and exports do: a rate of requests does not bound those. */
export function createOpenCalls(limits: OpenCallLimits): OpenCalls {
  const callers = new Map<string, number>();
  const tenants = new Map<string, number>();
  let all = 0;
  return {
    enter({ id, tenant }) {
      const own = callers.get(id) ?? 0;
      const ofTenant = tenants.get(tenant) ?? 0;
      if (own >= limits.caller || ofTenant >= limits.tenant || all >= limits.all) return null;
      callers.set(id, own + 1);
      tenants.set(tenant, ofTenant + 1);
      all += 1;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        takeOne(callers, id);
        takeOne(tenants, tenant);
        all -= 1;
      };
    },
  };
}

function takeOne(counts: Map<string, number>, name: string): void {
  const after = (counts.get(name) ?? 1) - 1;
  if (after === 0) counts.delete(name);
  else counts.set(name, after);
}
