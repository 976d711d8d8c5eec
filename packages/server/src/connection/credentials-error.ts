import { isObject } from '@roomful/contract/protocol'

/** The errors of `jsonwebtoken`. */
const NAMES: ReadonlySet<unknown> = new Set(['TokenExpiredError', 'JsonWebTokenError', 'NotBeforeError'])
/** Errors of `jose` that say that the server of the keys cannot be used, not that the token is wrong. */
const KEY_SERVER_CODES: ReadonlySet<unknown> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'])
/** How `jsonwebtoken` complains about the app's own key. */
const OWN_KEY = /secret or public key/

/** Whether `jose` or `jsonwebtoken` found the client's token expired or invalid. Recognised by its shape: neither is imported. */
export function isCredentialsError(error: unknown): boolean {
  if (!isObject(error)) return false
  const { code, name, message } = error
  if (typeof code === 'string' && code.startsWith('ERR_J')) return !KEY_SERVER_CODES.has(code)
  return NAMES.has(name) && !OWN_KEY.test(String(message))
}
