import { onTestFinished, vi } from 'vitest'

interface FakeLockOptions {
  readonly ifAvailable?: boolean
  readonly signal?: AbortSignal
}
type Work = (lock: object | null) => unknown

/**
 * Web Locks for Node, which has none before version 24. `held` and `pending` are their names now. `answerMs`: how long a
 * busy browser takes to begin with a request.
 */
export function fakeLocks({ answerMs }: { readonly answerMs?: number } = {}) {
  const held: string[] = []
  const pending: string[] = []
  const waiting: { readonly name: string; readonly start: () => void }[] = []
  const remove = <T>(list: T[], item: T): void => void list.splice(list.indexOf(item), 1)

  const hold = async (name: string, work: Work): Promise<unknown> => {
    held.push(name)
    try {
      return await work({ name })
    } finally {
      remove(held, name)
      const next = waiting.find((request) => request.name === name)
      if (next) next.start()
    }
  }
  const request = async (name: string, { ifAvailable, signal }: FakeLockOptions, work: Work): Promise<unknown> => {
    if (answerMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answerMs))
    if (signal?.aborted) throw signal.reason as Error
    if (!held.includes(name)) return hold(name, work)
    if (ifAvailable) return work(null)
    pending.push(name)
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        remove(pending, name)
        remove(waiting, entry)
        signal?.removeEventListener('abort', abort)
      }
      const abort = (): void => {
        end()
        reject(signal?.reason as Error)
      }
      const entry = {
        name,
        start: (): void => {
          end()
          resolve()
        },
      }
      waiting.push(entry)
      signal?.addEventListener('abort', abort)
    })
    return hold(name, work)
  }
  vi.stubGlobal('navigator', { locks: { request } })
  onTestFinished(() => void vi.unstubAllGlobals())
  return { held, pending }
}
