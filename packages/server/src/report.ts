import { createErrorPrinter } from './error-printer.ts'

/** Where a function of the app, or the log, failed. */
export interface ErrorContext {
  readonly during:
    | 'connection'
    | 'authenticate'
    | 'join'
    | 'leave'
    | 'emit'
    | 'commit'
    | 'broadcast'
    | 'request'
    | 'presence'
    | 'inspect'
    | 'check'
    | 'rates'
    | 'nodes'
  readonly room?: string
  readonly event?: string
}

export type Report = (error: unknown, context: ErrorContext) => void

/** Makes a reporter that never throws: an error of `onError` is printed. */
export function createReport(onError: Report | undefined): Report {
  const print = createErrorPrinter()
  return (error, context) => {
    try {
      if (onError === undefined) print(error, context)
      else onError(error, context)
    } catch (failure) {
      print(failure, { during: 'onError' })
      print(error, context)
    }
  }
}
