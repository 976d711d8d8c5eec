import { describe, expect, it } from 'vitest'
import { chat } from '@roomful-demo/chat-contract'
import { collect, connect, longTimeout, startTestServer } from './support.ts'

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
  '21["__proto__",{"polluted":true}]',
  '22["error","boom"]',
  '23[5]',
])('SEC4 SEC5 the frame %s does not affect other clients', async (frame) => {
  const { url } = await startTestServer()
  const [eve, ann] = await Promise.all([connect(url), connect(url)])
  const received = collect(ann, 'message')
  eve.io.engine.send(frame)
  const other = await connect(url)
  other.send('still here')
  await expect.poll(() => received, longTimeout).toEqual([['Server received: still here']])
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

describe('an event that the contract does not have', () => {
  const expected = Object.keys(chat.definition.clientToServer).join(', ')
  const refused = (name: string) => ({
    $error: { code: 'SHAPE', message: `unknown event ${name}: expected one of ${expected}` },
  })

  it.each([
    ['nope', '"nope"'],
    ['', '""'],
    ['__proto__', '"__proto__"'],
    ['constructor', '"constructor"'],
    ['hasOwnProperty', '"hasOwnProperty"'],
    ['room_created', '"room_created"'],
    ['a"\n', '"a\\"\\n"'],
    ['x'.repeat(50_000), 'a string of 50000 characters'],
  ])('%j is refused if the client asks for an ack, and the error says what was expected', async (event, name) => {
    const { url } = await startTestServer()
    const eve = await connect(url)
    eve.emit(event, { no: 'ack' })
    for (const data of [[], [null], [{ a: 1 }, 'more']])
      expect(await eve.timeout(10_000).emitWithAck(event, ...data)).toEqual(refused(name))
    expect(await eve.emitWithAck('list_rooms')).toHaveLength(4)
  })

  it('names that begin with $ are left to createRooms', async () => {
    const { url } = await startTestServer()
    const eve = await connect(url)
    expect(await eve.timeout(10_000).emitWithAck('$join', { room: 'general' })).toMatchObject({ code: 'FORBIDDEN' })
    expect(await eve.timeout(10_000).emitWithAck('$nope', {})).toMatchObject({ ok: false, code: 'SHAPE' })
  })
})
