import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Consumer, createConsumer } from './support/consumer.ts'

let consumer: Consumer
beforeAll(async () => {
  consumer = await createConsumer()
})
afterAll(() => consumer.remove())

test('the example in the README compiles', async () => {
  const text = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, example] = /```ts\n([^]+?)```/.exec(text) ?? []
  if (!example) throw new Error('expected an example in the README, found none')
  expect(await consumer.compile({ 'example.ts': example }, { noEmit: true })).toBe('')
})
