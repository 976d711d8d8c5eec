import { createClient } from '@roomful/client'
import { createHooks } from '@roomful/react'
import { RoomfulDevtools } from '@roomful/devtools/react'
import { createMockServer } from '@roomful/testing'
import { render } from '@testing-library/react'
import { StrictMode } from 'react'
import { expect, onTestFinished, test } from 'vitest'
import { createInspector } from '../src/inspector.ts'

test('DV6 the React component mounts one panel, records the first connection, and removes the panel', async () => {
  const server = createMockServer({ url: 'https://react.example' })
  onTestFinished(() => server.close())
  await server.listen()
  const client = createClient({ url: server.url })
  onTestFinished(client.close)
  const { useSocket } = createHooks(client)
  const App = () => <output>{useSocket().status}</output>
  const { unmount, findByText } = render(
    <StrictMode>
      <App />
      <RoomfulDevtools client={client} isOpen />
    </StrictMode>,
  )
  await findByText('connected')
  expect(document.querySelectorAll('roomful-devtools')).toHaveLength(1)
  const inspector = createInspector(client)
  onTestFinished(inspector.close)
  expect(inspector.entries.map(({ entry }) => entry.type)).toContain('opened')
  unmount()
  expect(document.querySelector('roomful-devtools')).toBeNull()
})
