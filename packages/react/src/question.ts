'use client'
import type { ReadonlyStore } from '@roomful/client'
import { createValue } from './value.ts'

interface Asked<Answer> {
  readonly isPending: boolean
  readonly error: Error | undefined
  readonly data: Answer | undefined
}

const IDLE = { isPending: false, error: undefined, data: undefined }
const PENDING = { ...IDLE, isPending: true }

/** What became of the newest of several calls. When nobody watches any more, those that run are aborted, and not shown. */
export function createQuestion<Args extends readonly unknown[], Answer>(
  ask: (signal: AbortSignal, args: Args) => Promise<Answer>,
): { readonly emit: (...args: Args) => Promise<Answer>; readonly state: ReadonlyStore<Asked<Answer>> } {
  let calls = new AbortController()
  let newest = 0
  const state = createValue<Asked<Answer>>(IDLE, () => () => {
    newest += 1
    if (state.getState().isPending) state.set(IDLE)
    calls.abort(new DOMException('the component that asked is gone', 'AbortError'))
    calls = new AbortController()
  })
  return {
    state,
    emit(...args) {
      const call = ++newest
      const show = (shown: Asked<Answer>): void => {
        if (call === newest) state.set(shown)
      }
      show(PENDING)
      const answer = new Promise<Answer>((resolve) => resolve(ask(calls.signal, args))) // what it throws is shown as well
      answer.then(
        (data) => show({ ...IDLE, data }),
        (error: unknown) => show({ ...IDLE, error: asError(error) }),
      )
      return answer
    },
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error })
}
