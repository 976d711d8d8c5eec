import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Consumer, createConsumer, errorsIn } from './support/consumer.ts'

const chat = `
import { defineContract, typeOnly } from '@roomful/contract'
import * as v from 'valibot'
import { z } from 'zod'

export const chat = defineContract({
  clientToServer: { message: z.string(), whoami: { ack: z.object({ userId: z.string() }) } },
  serverToClient: { response_event: { data: v.object({ message: v.string() }) }, typed: typeOnly<{ a: 1 }>() },
  room: { message: z.object({ text: z.string() }), cursor: { data: z.object({ x: z.number() }), volatile: true } },
  user: typeOnly<{ id: string; name: string }>(),
})
`
// Reads a published contract. Its mistake would go unnoticed if a type were lost in the declarations.
const reader = `
import type { User } from '@roomful/contract'
import type { chat } from './out/chat.js'
export const user: User<typeof chat> = { id: 1, name: 'a' }
`

describe("the declarations of an app's contract file", () => {
  let consumer: Consumer
  let output: string
  let declarations: string
  beforeAll(async () => {
    consumer = await createConsumer()
    const options = { declaration: true, emitDeclarationOnly: true, outDir: 'out' }
    output = await consumer.compile({ 'chat.ts': chat }, options)
    declarations = await consumer.read('out/chat.d.ts')
  })
  afterAll(() => consumer.remove())

  test('are made without an annotation', () => {
    expect(output).toBe('')
  })
  test('import only what the app installed', () => {
    const imported = [...declarations.matchAll(/(?:from |import\()['"]([^'"]+)['"]/g)].map((match) => match[1])
    expect(new Set(imported)).toEqual(new Set(['@roomful/contract', 'valibot', 'zod']))
  })
  test('are small: no type of the library is spelled out', () => {
    expect(declarations).not.toContain('~standard')
    expect(declarations.length).toBeLessThan(1_300)
  })
  test('keep the types for their readers', async () => {
    const said = await consumer.compile({ 'reader.ts': reader }, { noEmit: true })
    expect(errorsIn('reader.ts', said)).toContain(`Type 'number' is not assignable to type 'string'`)
  })
})
