/** Whether a request's `Origin` header may talk to this server. */
export type OriginCheck = (origin: string | undefined) => boolean

const thisMachine = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/**
 * Accepts the listed origins, or without a list every one of this machine.
 * A request without the header passes: it comes from no web page, or from one of this very origin.
 */
export function createOriginCheck(origins?: readonly string[]): OriginCheck {
  return (origin) => origin === undefined || (origins ? origins.includes(origin) : thisMachine.test(origin))
}
