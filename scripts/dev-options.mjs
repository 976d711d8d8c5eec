import { parseArgs } from 'node:util'

const MAX_NODES = 16
const ONE_NODE = 'Without Redis the demo has one node, with SQLite.'

/** @typedef {{ nodes: number, redisUrl: string | undefined }} DevOptions */

/**
 * Reads `--nodes 3` and `--redis redis://…`, which may also be the variable `REDIS_URL`.
 *
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {DevOptions}
 * @throws Error with a sentence that says what was expected.
 */
export function readDevOptions(args, environment) {
  const { nodes, redis } = parse(args)
  const count = nodes === undefined ? 1 : Number(nodes)
  if (!Number.isInteger(count) || count < 1 || count > MAX_NODES)
    throw new Error(`--nodes is ${JSON.stringify(nodes)}: expected a whole number from 1 to ${MAX_NODES}`)
  const redisUrl = redis ?? (environment['REDIS_URL'] || undefined)
  if (redisUrl !== undefined && !isRedisUrl(redisUrl))
    throw new Error(`${redis === undefined ? 'REDIS_URL' : '--redis'}: expected an address like redis://127.0.0.1:6379`)
  if (count > 1 && redisUrl === undefined)
    throw new Error(
      `--nodes ${count} needs a Redis that the nodes share: add --redis redis://127.0.0.1:6379, or set REDIS_URL. ${ONE_NODE}`,
    )
  return { nodes: count, redisUrl }
}

/** @param {readonly string[]} args */
function parse(args) {
  try {
    const options = /** @type {const} */ ({ nodes: { type: 'string' }, redis: { type: 'string' } })
    return parseArgs({ args: [...args], options }).values
  } catch (cause) {
    const expected = 'expected npm start -- [--nodes 3] [--redis redis://127.0.0.1:6379]'
    throw new Error(`${cause instanceof Error ? cause.message : 'invalid arguments'}: ${expected}`, { cause })
  }
}

/** @param {string} value */
function isRedisUrl(value) {
  return /^rediss?:\/\/[^/]/.test(value) && URL.canParse(value)
}
