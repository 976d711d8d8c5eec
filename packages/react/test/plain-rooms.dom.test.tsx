import { plainRooms } from '@roomful/client'
import { act, cleanup, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { useTimeline } from '../src/index.ts'
import { start } from './support/start.ts'

afterEach(cleanup)

test('RM5 PL3 useRoom says that a join was not acknowledged, and that it was', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  const acknowledges: (() => void)[] = []
  const { hooks } = await start({}, { onJoin: (_room, acknowledge) => acknowledges.push(acknowledge) })
  function Room() {
    const { status, ...state } = hooks.useRoom('general')
    return (
      <output>{status === 'joined' && 'acknowledged' in state ? `${status} ${state.acknowledged}` : status}</output>
    )
  }
  render(<Room />, { wrapper: StrictMode })
  await screen.findByText('joined false')
  expect(warn).toHaveBeenCalledTimes(1)
  act(() => acknowledges[0]?.())
  await screen.findByText('joined true')
})

test('PL7 useTimeline shows an echoed message once, also after a reconnect', async () => {
  const { client, server, hooks } = await start({
    rooms: plainRooms({
      emit: (room, event, data, { id }) => [event, { room, ...(data as object), id }],
      idOf: (_event, message?: { id?: string }) => message?.id,
    }),
  })
  let isEchoing = true
  const echo = (): void =>
    server.server.io.sockets.sockets.forEach((socket) => {
      socket.on('message', (message: { room: string }) => {
        if (isEchoing) server.server.io.to(message.room).emit('message', message)
      })
    })
  let send = async (_data: { text: string }): Promise<unknown> => undefined
  let retryLast = async (): Promise<unknown> => undefined
  const shown: string[] = []
  function Page() {
    const { room } = hooks.useRoom('general')
    const timeline = useTimeline(room, 'message')
    send = timeline.send
    retryLast = () => timeline.retry(String(timeline.entries.at(-1)?.key))
    const texts = timeline.entries.map((entry) =>
      entry.kind === 'message' ? `${entry.data?.text} ${entry.state}` : 'gap',
    )
    shown.push(texts.join())
    return <output>{texts.join()}</output>
  }
  render(<Page />, { wrapper: StrictMode })
  await expect.poll(() => server.membersOf('general')).toBe(1)
  echo()
  act(() => void send({ text: 'one' }))
  await screen.findByText('one confirmed')
  expect(shown.every((texts) => texts.split(',').length === 1)).toBe(true)

  isEchoing = false
  act(() => void send({ text: 'lost' }))
  await screen.findByText('one confirmed,lost sending')
  server.cut()
  await screen.findByText('one confirmed,lost unknown')
  await screen.findByText('one confirmed,gap,lost unknown')
  isEchoing = true
  echo()
  await act(() => retryLast())
  await screen.findByText('one confirmed,gap,lost confirmed')
  expect(client.status).toBe('connected')
})
