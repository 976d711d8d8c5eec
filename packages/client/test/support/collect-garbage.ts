import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void

/** Runs a full garbage collection. What was referred to in the current task is kept until the next one, so it waits for that. */
export async function collectGarbage(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  collect()
}

/** How many of the objects still exist after garbage collections. */
export async function countAlive(refs: readonly WeakRef<object>[]): Promise<number> {
  await collectGarbage()
  await collectGarbage()
  return refs.filter((ref) => ref.deref()).length
}
