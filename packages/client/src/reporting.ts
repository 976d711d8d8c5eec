import type { RoomfulError } from '@roomful/contract'
import type { OnInvalid } from './events/schemas.ts'
import type { Inspect, OnDrop } from './inspect.ts'
import type { Report } from './store.ts'

export interface Reporting {
  readonly inspect: Inspect
  /** One of the app's own functions threw. */
  readonly report: Report
  /** The contract refused data that arrived. */
  readonly invalid: OnInvalid
  /** An event was not sent, and never will be. */
  readonly drop: (event: string, error: RoomfulError, room?: string) => void
  /** The server wants an answer to the event, and gets none. */
  readonly unanswered: (event: string, reason: string) => void
  /** Warns in the console, once for each `key`. Callers ask for development themselves, so that bundlers drop the sentence. */
  readonly warnOnce: (key: string, sentence: string) => void
  /** Connected: the next drop warns again. */
  readonly connected: () => void
}

interface AppFunctions {
  readonly inspect?: Inspect | undefined
  readonly onError: Report
  readonly onInvalid: OnInvalid
  readonly onDrop?: OnDrop | undefined
}

/** What gets the errors of the listeners of a client or a room. */
export const reports: WeakMap<object, Report> = new WeakMap()

/** The page's own error handler gets the error. */
export function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}

/** As many different warnings as one client keeps apart. */
const MAX_WARNINGS = 100

/** Calls the app's own functions; an error that one of them throws disturbs nothing else. */
export function createReporting(app: AppFunctions): Reporting {
  const warned = new Set<string>()
  let hasWarnedOfDrop = false

  const callOnError: Report = (error, source) => {
    try {
      app.onError(error, source)
    } catch (failure) {
      // oxlint-disable-next-line no-console -- onError itself failed: the console is the last place to tell
      console.error('roomful: onError failed:', failure)
    }
  }
  const inspect: Inspect = (event) => {
    try {
      app.inspect?.(event)
    } catch (error) {
      callOnError(error, 'inspect')
    }
  }
  const report: Report = (error, source) => {
    inspect({ type: 'error', error, source })
    callOnError(error, source)
  }
  const attempt = (work: () => void, source: string): void => {
    try {
      work()
    } catch (error) {
      report(error, source)
    }
  }

  return {
    inspect,
    report,
    invalid(error, from) {
      inspect({ type: 'drop', direction: 'in', ...from, reason: error.message, error })
      attempt(() => app.onInvalid(error, from), 'onInvalid')
    },
    drop(event, error, room) {
      const dropped = { event, ...(room !== undefined && { room }), error }
      inspect({ type: 'drop', direction: 'out', ...dropped, reason: error.message })
      if (app.onDrop) attempt(() => app.onDrop?.(dropped), 'onDrop')
      else if (process.env.NODE_ENV !== 'production' && room === undefined && !hasWarnedOfDrop) {
        hasWarnedOfDrop = true
        // oxlint-disable-next-line no-console -- the default; the option onDrop replaces it
        console.warn(
          `roomful dropped "${event}": ${error.message} (no more such warnings until the next connect; the option onDrop gets each)`,
        )
      }
    },
    unanswered: (event, reason) =>
      inspect({ type: 'drop', direction: 'in', event, reason: `the server wants an answer: ${reason}` }),
    warnOnce(key, sentence) {
      if (process.env.NODE_ENV === 'production' || warned.has(key) || warned.size >= MAX_WARNINGS) return
      warned.add(key)
      // oxlint-disable-next-line no-console -- for development only
      console.warn(`roomful: ${sentence}`)
    },
    connected() {
      hasWarnedOfDrop = false
    },
  }
}
