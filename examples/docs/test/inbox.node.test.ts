import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { io as connectSocket } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { serve } from './inbox/server.ts'

test('docs/inbox.md: a direct message of a wrong shape is refused, and does not end the process', async () => {
  const http = createServer()
  const io = new Server(http)
  const rooms = serve(io)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const socket = connectSocket(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { auth: { name: 'bob' } })
  onTestFinished(async () => {
    socket.close()
    await rooms.close()
    await io.close()
  })
  const failures: unknown[] = []
  const onFailure = (error: unknown) => void failures.push(error)
  process.on('unhandledRejection', onFailure)
  onTestFinished(() => void process.off('unhandledRejection', onFailure))

  const good = { to: 'ann', text: 'hi' }
  const wrong = [
    { ...good, to: '' },
    { ...good, to: 'x'.repeat(129) },
    { ...good, to: '\ud800' },
    { to: 'ann', text: 42 },
    'hi',
    null,
  ]
  const answers = await Promise.all(wrong.map((data) => socket.timeout(5_000).emitWithAck('directMessage', data)))
  expect(answers).toEqual(wrong.map(() => false))
  socket.emit('directMessage')
  socket.emit('directMessage', good)
  socket.emit('directMessage', good, 'not a function')
  expect(await socket.timeout(5_000).emitWithAck('directMessage', good)).toBe(true)
  expect(failures).toEqual([])
})
