import { RoomfulError } from '@roomful/contract'
import type { Connection } from './connection.ts'
import type { ConnectionState } from './connection-state.ts'

/** Resolves when connected; rejects when nobody seeks a connection any more, or the caller does not wait any more. */
export function untilConnected({ store }: Connection, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const check = (state: ConnectionState<unknown>): void => {
      if (state.status === 'connected') resolve()
      else if (state.status === 'disconnected')
        reject(state.error ?? new RoomfulError('DISCONNECTED', 'disconnect() was called'))
      else return
      end()
    }
    const abort = () => {
      reject(signal?.reason as Error)
      end()
    }
    const unsubscribe = store.subscribe(check)
    const end = () => {
      unsubscribe()
      signal?.removeEventListener('abort', abort)
    }
    signal?.addEventListener('abort', abort)
    check(store.getState())
  })
}
