import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Consumer, createConsumer } from './support/consumer.ts'

const EVENTS = 200

// A count is the same on every machine, unlike a time. The measured counts (66,800 and 218,000) plus a quarter.
const BUDGET = { contract: 84_000, calls: 273_000 }

describe(`types of a contract with ${EVENTS} events a section`, () => {
  let consumer: Consumer
  beforeAll(async () => {
    consumer = await createConsumer()
  })
  afterAll(() => consumer.remove())

  test.each([
    ['contract' as const, contract()],
    ['calls' as const, contract() + calls()],
  ])('instantiations for its %s stay within the budget', async (part, code) => {
    const surface = await readFile(new URL('support/surface.ts', import.meta.url), 'utf8')
    const files = { 'surface.ts': surface, 'contract.ts': code }
    const output = await consumer.compile(files, { noEmit: true }, '--extendedDiagnostics', '--singleThreaded')
    expect(output).not.toContain('error TS')
    expect(instantiationsIn(output)).toBeLessThan(BUDGET[part])
  })
})

function schemas(): string {
  const all = each((i) => `s${i}: z.object({ id: z.string(), at: z.number().optional(), tag: z.literal('${i}') }),`)
  return `import { z } from 'zod'\nexport const schemas = {\n${all}}\n`
}

function contract(): string {
  const asks = (i: number) =>
    i % 2 ? `ask${i}: { data: schemas.s${i}, ack: schemas.s${i} },` : `ask${i}: schemas.s${i},`
  const said = (i: number) =>
    i % 4 ? `said${i}: schemas.s${i},` : `said${i}: { data: schemas.s${i}, volatile: true },`
  return `${schemas()}
    import { defineContract } from '@roomful/contract'
    export const big = defineContract({
      clientToServer: {\n${each(asks)}},
      serverToClient: {\n${each((i) => `push${i}: schemas.s${i},`)}},
      room: {\n${each(said)}},
      user: schemas.s0,
    })\n`
}

function calls(): string {
  const data = (i: number) => `{ id: '', tag: '${i}' }`
  return `
    import type { ClientToServerEvents, ServerToClientEvents } from '@roomful/contract'
    import type { Surface } from './surface.ts'
    declare const surface: Surface<typeof big>
    export type Maps = [ClientToServerEvents<typeof big>['ask1'], ServerToClientEvents<typeof big>['push1']]
    ${each((i) => `surface.emit('ask${i}', ${data(i)})`)}
    ${each((i) => (i % 2 ? `void surface.emitWithAck('ask${i}', ${data(i)}).then((answer) => answer.tag === '${i}')` : ''))}
    ${each((i) => `surface.on('push${i}', (data) => data.tag === '${i}')`)}
    ${each((i) => `surface.room.on('said${i}', (data) => data.tag === '${i}')`)}
    ${each((i) => `surface.room.${i % 4 ? 'emit' : 'emitVolatile'}('said${i}', ${data(i)})`)}\n`
}

function each(line: (i: number) => string): string {
  return Array.from({ length: EVENTS }, (_, i) => `${line(i)}\n`).join('')
}

function instantiationsIn(output: string): number {
  const found = /^Instantiations:\s+(\d+)/m.exec(output)
  if (!found) throw new Error(`the compiler told no count of instantiations:\n${output}`)
  return Number(found[1])
}
