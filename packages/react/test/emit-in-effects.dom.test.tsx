import { createClient, type EventsMap, type SocketIoContract } from '@roomful/client'
import { act, cleanup, render, screen } from '@testing-library/react'
import { StrictMode, useEffect } from 'react'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { createHooks } from '../src/index.ts'
import { start } from './support/start.ts'

type Untyped = SocketIoContract<EventsMap, EventsMap>

afterEach(cleanup)

/** A page that reports in effects and in their clean-ups which view is shown, to the server and to a room. */
function createPage({ useSocket, useRoom }: ReturnType<typeof createHooks<Untyped>>) {
  function View({ id }: { id: number }) {
    const { emit, send } = useSocket()
    const { emit: emitInRoom } = useRoom('views')
    useEffect(() => {
      emit('viewed', id)
      void emitInRoom('viewed', { id })
      return () => {
        emit('left', id)
        send(`left ${id}`)
        void emitInRoom('left', { id })
      }
    }, [emit, send, emitInRoom, id])
    return <p>{`view ${id}`}</p>
  }
  return ({ id }: { id: number }) => (
    <main>
      <h1>{useSocket().status}</h1>
      {id > 0 && <View id={id} />}
    </main>
  )
}

/** The errors that React, the page and Node report until the end of the test. */
function collectErrors() {
  const errors: unknown[] = []
  const onError = (error: unknown) => void errors.push(error)
  const onPageError = ({ error }: ErrorEvent) => onError(error)
  process.on('unhandledRejection', onError)
  addEventListener('error', onPageError)
  const log = vi.spyOn(console, 'error').mockImplementation(onError)
  onTestFinished(() => {
    process.off('unhandledRejection', onError)
    removeEventListener('error', onPageError)
    log.mockRestore()
  })
  return errors
}

test.each([
  ['a kick', 'disconnected', ({ server }) => server.server.kickAll()],
  ['disconnect()', 'disconnected', ({ client }) => client.disconnect()],
  ['a lost connection', 'reconnecting', ({ server }) => server.server.io.close()],
] satisfies [string, string, (given: Awaited<ReturnType<typeof start>>) => unknown][])(
  'after %s, emits in effects and in clean-ups do not unmount the page',
  async (_, status, end) => {
    const given = await start()
    const Page = createPage(given.hooks)
    const errors = collectErrors()
    const view = render(<Page id={1} />, { wrapper: StrictMode })
    await screen.findByText('connected')
    await act(async () => end(given))
    await screen.findByText(status)
    view.rerender(<Page id={2} />)
    expect(screen.getByText('view 2')).toBeTruthy()
    view.rerender(<Page id={0} />)
    expect(screen.getByText(status)).toBeTruthy()
    view.unmount()
    await new Promise((resolve) => setTimeout(resolve))
    expect(errors).toEqual([])
  },
)

test('more emits in effects than queueLimit do not unmount the page', () => {
  const client = createClient<EventsMap, EventsMap>({ url: 'http://127.0.0.1:9', queueLimit: 5 })
  onTestFinished(client.disconnect)
  const Page = createPage(createHooks(client) as never)
  const errors = collectErrors()
  const view = render(<Page id={1} />)
  for (let id = 2; id < 20; id += 1) view.rerender(<Page id={id} />)
  expect(screen.getByText('view 19')).toBeTruthy()
  view.unmount()
  expect(errors).toEqual([])
})
