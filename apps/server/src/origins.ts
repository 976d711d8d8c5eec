/** Returns whether the server accepts a request with this `Origin` header. */
export type OriginCheck = (origin: string | undefined) => boolean

const thisMachine = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/**
 * Accepts the listed origins; without a list, all origins of this machine.
 * Accepts a request without the header: it does not come from a web page, or comes from a page of the server's own origin.
 */
export function createOriginCheck(origins?: readonly string[]): OriginCheck {
  return (origin) => origin === undefined || (origins ? origins.includes(origin) : thisMachine.test(origin))
}
