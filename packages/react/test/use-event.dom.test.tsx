import { cleanup, render } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { createClient, defineContract } from '@roomful/client'
import { createHooks } from '@roomful/react'
import { z } from 'zod'
import { countSubscriptions, start } from './support/start.ts'

afterEach(cleanup)

test('a handler that changes on every render causes no new subscription, and the latest one is called', async () => {
  const { server, client, hooks } = await start()
  const subscriptions = countSubscriptions(client)
  const heard: number[] = []
  function Counter({ render: count }: { render: number }) {
    hooks.useEvent('news', () => heard.push(count))
    return null
  }
  const view = render(<Counter render={1} />)
  for (let count = 2; count <= 20; count += 1) view.rerender(<Counter render={count} />)
  await client.connect()
  server.server.io.emit('news')
  await expect.poll(() => heard).toEqual([20])
  expect(subscriptions).toEqual({ added: 1, left: 1 })
  view.unmount()
  expect(subscriptions).toEqual({ added: 1, left: 0 })
})

test('gets every event, also between two renders', async () => {
  const { server, client, hooks } = await start()
  const heard: number[] = []
  function Log() {
    const [, setLast] = useState(0)
    hooks.useEvent('news', (n: number) => {
      heard.push(n)
      setLast(n)
    })
    return null
  }
  render(<Log />)
  await client.connect()
  const numbers = Array.from({ length: 200 }, (_, n) => n)
  for (const n of numbers) server.server.io.emit('news', n)
  await expect.poll(() => heard).toEqual(numbers)
})

test('another event moves the subscription, and undefined as room ends it', async () => {
  const { server, client, hooks } = await start()
  const room = client.room('general')
  const heard: string[] = []
  function Listener({ in: where, event }: { in: typeof room | undefined; event: string }) {
    hooks.useEvent(where, event, ({ text }) => heard.push(`${event} ${text}`))
    return null
  }
  const view = render(<Listener in={room} event="news" />)
  await room.join()
  server.sayIn('general', 'news', { text: '1' })
  await expect.poll(() => heard).toEqual(['news 1'])

  view.rerender(<Listener in={room} event="gossip" />)
  server.sayIn('general', 'news', { text: '2' })
  server.sayIn('general', 'gossip', { text: '3' })
  await expect.poll(() => heard).toEqual(['news 1', 'gossip 3'])

  view.rerender(<Listener in={undefined} event="gossip" />)
  const last = vi.fn<() => void>()
  room.on('gossip', last)
  server.sayIn('general', 'gossip', { text: '4' })
  await expect.poll(() => last.mock.calls).toHaveLength(1)
  expect(heard).toEqual(['news 1', 'gossip 3'])
})

test('a handler that throws does not stop the handlers of other components', async () => {
  const onError = vi.fn<(error: unknown, source: string) => void>()
  const { server, client, hooks } = await start({ onError })
  const heard: string[] = []
  function Thrower() {
    hooks.useEvent('news', () => {
      throw new Error('mine')
    })
    return null
  }
  function Listener() {
    hooks.useEvent('news', (text: string) => heard.push(text))
    return null
  }
  render([<Thrower key="thrower" />, <Listener key="listener" />])
  await client.connect()
  server.server.io.emit('news', 'hello')
  await expect.poll(() => heard).toEqual(['hello'])
  expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'mine' }), 'news')
})

test('answers the server where the contract has an ack: the latest handler, for as long as it is mounted', async () => {
  const { server } = await start()
  const contract = defineContract({
    serverToClient: { question: { data: z.object({ n: z.number() }), ack: z.number() } },
  })
  const client = createClient({ url: server.url, contract })
  onTestFinished(client.close)
  const { useEvent } = createHooks(client)
  function Answering({ factor }: { factor: number }) {
    useEvent('question', async ({ n }) => n * factor)
    return null
  }
  const view = render(<Answering factor={2} />)
  await client.connect()
  const ask = (n: number) => server.server.io.timeout(300).emitWithAck('question', { n })
  expect(await ask(1)).toEqual([2])
  view.rerender(<Answering factor={3} />)
  expect(await ask(1)).toEqual([3])
  view.unmount()
  await expect(ask(1)).rejects.toThrow('timed out')
})
