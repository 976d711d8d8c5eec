'use client'
import type { ReadonlyStore } from '@roomful/client'
import { createLazyStore } from './lazy-store.ts'

interface RequestState<Answer> {
  readonly isPending: boolean
  readonly error: Error | undefined
  readonly data: Answer | undefined
}

interface Request<Args extends readonly unknown[], Answer> {
  readonly emitWithAck: (...args: Args) => Promise<Answer>
  /** Shows the initial state; a pending call continues, and its result is not shown. */
  readonly reset: () => void
  readonly state: ReadonlyStore<RequestState<Answer>>
}

const IDLE = { isPending: false, error: undefined, data: undefined }
const PENDING = { ...IDLE, isPending: true }

/** The state of the newest of several calls. After the last unsubscribe, pending calls are aborted. */
export function createRequest<Args extends readonly unknown[], Answer>(
  send: (signal: AbortSignal, args: Args) => Promise<Answer>,
): Request<Args, Answer> {
  /** Of the pending calls; most components are unmounted without a call. */
  let controller: AbortController | undefined
  let newest = 0
  const state = createLazyStore<RequestState<Answer>>(IDLE, () => () => {
    if (state.getState().isPending) reset()
    newest += 1
    controller?.abort(abortError())
    controller = undefined
  })
  const reset = (): void => {
    newest += 1
    state.set(IDLE)
  }
  return {
    state,
    reset,
    emitWithAck(...args) {
      const call = ++newest
      const show = (next: RequestState<Answer>): void => {
        if (call === newest) state.set(next)
      }
      show(PENDING)
      // In a promise, an error that `send` throws is shown as well.
      const { signal } = (controller ??= new AbortController())
      const answer = new Promise<Answer>((resolve) => resolve(send(signal, args)))
      answer.then(
        (data) => show({ ...IDLE, data }),
        (error: unknown) => show({ ...IDLE, error: asError(error) }),
      )
      return answer
    },
  }
}

/** Not a `DOMException`: React Native has none. */
function abortError(): Error {
  return Object.assign(new Error('the component was unmounted'), { name: 'AbortError' })
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error })
}
