/** Half of a surrogate pair: UTF-8 has none, so that a log in a file could take two such ids for one. */
const LONE_SURROGATE = /[\ud800-\udfff]/u

/** Whether a value can be the id of a user. Ids are compared exactly, and are not normalized (E18). */
export function isUserId(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= 128 && !LONE_SURROGATE.test(value)
}
