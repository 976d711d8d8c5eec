import { RoomfulError } from '@roomful/contract'
import type { RefusedAck } from '@roomful/contract/protocol'
import { errorOf } from '../errors.ts'
import type { Reporting } from '../reporting.ts'
import type { Schemas } from './schemas.ts'

/** Sends the acknowledgement of one event. */
export type Answer = (...values: unknown[]) => void

/** An event that the contract lets the client answer: the first value that a listener returns, now or later, is the answer. */
export interface Question {
  ask(listener: Answer, args: readonly unknown[]): void
  /** Every listener was asked. */
  end(): void
}

/** `send` is undefined where the server wants no answer. */
export function createQuestion(
  event: string,
  send: Answer | undefined,
  schemas: Schemas,
  reporting: Reporting,
): Question {
  /** The number of listeners that may still answer, plus one while listeners are called. */
  let pending = 1
  let isAnswered = false
  let failure: unknown

  const check = (value?: unknown): void => schemas.checkAnswer(event, value)

  /** After the last listener the server gets the failure, if there is no answer. */
  const end = (): void => {
    pending -= 1
    if (pending > 0 || isAnswered || !send) return
    if (failure) send(failure)
    else if (errorOf(check)) reporting.unanswered(event, 'no listener returned an answer')
    else send()
  }

  const fail = (error: unknown): void => {
    reporting.report(error, event)
    failure ??= refusalFor(error)
    end()
  }

  const give = (value: unknown): void => {
    if (value === undefined || !send) return end()
    if (isAnswered) {
      if (process.env.NODE_ENV !== 'production')
        reporting.warnOnce(
          `answer ${event}`,
          `more than one listener answers "${event}"; the server gets the first answer only`,
        )
      return
    }
    isAnswered = true
    try {
      check(value)
      send(value)
    } catch (error) {
      reporting.report(error, event)
      send(refusalFor(error))
    }
  }

  return {
    end,
    ask(listener, args) {
      pending += 1
      try {
        const result: unknown = listener(...args)
        if (isPromise(result)) result.then(give, fail)
        else give(result)
      } catch (error) {
        fail(error)
      }
    },
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}

/** The sentence of an error without a code stays in the page: it may have the user's data in it. */
export function refusalFor(error: unknown): RefusedAck {
  const { code, message } =
    error instanceof RoomfulError ? error : { code: 'INTERNAL', message: "the client's listener failed" }
  return { $error: { code, message } }
}
