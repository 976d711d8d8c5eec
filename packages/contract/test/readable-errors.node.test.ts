import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Consumer, createConsumer, errorsIn } from './support/consumer.ts'

/** Mistakes in a contract, each with the words that the compiler's message must contain. */
const mistakes: Record<string, { code: string; says: string }> = {
  'a name of Socket.IO': {
    code: `defineContract({ clientToServer: { connect: z.string() } })`,
    says: `event name \\"connect\\" is reserved`,
  },
  'a name that rooms raise themselves': {
    code: `defineContract({ room: { gap: z.string() } })`,
    says: `event name \\"gap\\" is reserved`,
  },
  'a number as name': {
    code: `defineContract({ room: { 42: z.string() } })`,
    says: `an event name must be a string`,
  },
  'a name of a valibot event': {
    code: `defineContract({ room: { disconnect: v.string() } })`,
    says: `event name \\"disconnect\\" is reserved`,
  },
  'a name of an untested event': {
    code: `defineContract({ room: { newListener: typeOnly<string>() } })`,
    says: `event name \\"newListener\\" is reserved`,
  },
  'a section that does not exist': {
    code: `defineContract({ room: {}, events: { a: z.string() } })`,
    says: `unknown section: expected clientToServer, serverToClient, room, inbox, user, presence or join`,
  },
  'a misspelt section, alone': {
    code: `defineContract({ clientToSever: { a: z.string() } })`,
    says: `Did you mean to write 'clientToServer'?`,
  },
  'a misspelt key': {
    code: `defineContract({ clientToServer: { a: { dta: z.string(), ack: z.string() } } })`,
    says: `unknown key: expected a schema, or data and ack`,
  },
  'volatile outside rooms': {
    code: `defineContract({ clientToServer: { a: { data: z.string(), volatile: true } } })`,
    says: `unknown key: expected a schema, or data and ack`,
  },
  'a misspelt ack of a client': {
    code: `defineContract({ serverToClient: { a: { data: z.string(), akc: z.string() } } })`,
    says: `unknown key: expected a schema, or data and ack`,
  },
  'an ack in a room': {
    code: `defineContract({ room: { a: { data: z.string(), ack: z.string() } } })`,
    says: `unknown key: expected a schema, or data, volatile, unread, amends and key`,
  },
  'no schema': {
    code: `defineContract({ clientToServer: { a: { data: String } } })`,
    says: `is missing in type 'StringConstructor' but required in type 'StandardSchemaV1`,
  },
  'an event that does not exist': {
    code: `emit('custom_evnt')`,
    says: `'"custom_evnt"' is not assignable to parameter of type '"custom_event" | "search" | "whoami"'`,
  },
  'an ack of a client': {
    code: `emitWithAck('custom_event')`,
    says: `'"custom_event"' is not assignable to parameter of type '"search" | "whoami"'`,
  },
  'data that is missing': {
    code: `emit('custom_event')`,
    says: `Expected 2 arguments, but got 1`,
  },
  'data that is misspelt': {
    code: `emit('custom_event', { usr: 'x' })`,
    says: `but 'usr' does not exist in type '{ user: string; }'. Did you mean to write 'user'?`,
  },
}

const imports = `
import { defineContract, typeOnly } from '@roomful/contract'
import type { AckedName, At, ClientToServer, EmitArgs, EventName } from '@roomful/contract'
import * as v from 'valibot'
import { z } from 'zod'
export const used = [v, z, typeOnly]
const chat = defineContract({
  clientToServer: { custom_event: z.object({ user: z.string() }), whoami: { ack: z.string() }, search: { ack: z.string() } },
})
type Events = ClientToServer<typeof chat>
declare function emit<E extends EventName<Events>>(event: E, ...args: EmitArgs<At<Events, E>>): void
declare function emitWithAck<E extends AckedName<Events>>(event: E, ...args: EmitArgs<At<Events, E>>): void
export type Calls = [typeof emit, typeof emitWithAck]
`
const fileOf = (mistake: string) => `${mistake.replaceAll(/\W+/g, '-')}.ts`

describe("a contract's mistakes are readable type errors", () => {
  let consumer: Consumer
  let output: string
  beforeAll(async () => {
    consumer = await createConsumer()
    const files = { 'no-mistake.ts': imports }
    for (const [name, { code }] of Object.entries(mistakes)) Object.assign(files, { [fileOf(name)]: imports + code })
    output = await consumer.compile(files, { noEmit: true })
  })
  afterAll(() => consumer.remove())

  test('a contract without a mistake has none', () => {
    expect(errorsIn('no-mistake.ts', output)).toBe('')
  })
  test.each(Object.entries(mistakes))('%s', (name, { says }) => {
    expect(errorsIn(fileOf(name), output)).toContain(says)
  })
})
