import { expect, it } from 'vitest'
import { collect, connect, patiently, startTestServer } from './support.ts'

it.each([
  '2["error",null]',
  '2["error","boom"]',
  '2[5]',
  '2[]',
  '2',
  '2{"a":1}',
  '2["disconnect"]',
  '2["__proto__",{"polluted":true}]',
  '2["constructor"]',
  '21["nothing listens",1]',
  '3["no such ack"]',
  '59-["broadcast"]',
  '9',
  'x',
  '0',
  '0/other,',
  '4"refused"',
])('S4 S5 S7 the frame %s harms nobody', async (frame) => {
  const { url } = await startTestServer()
  const [eve, ann] = await Promise.all([connect(url), connect(url)])
  const heard = collect(ann, 'message')
  eve.io.engine.send(frame)
  const again = await connect(url)
  again.send('still here')
  await expect.poll(() => heard, patiently).toEqual([['Server received: still here']])
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})
