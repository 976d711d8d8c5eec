import { createInspector, type Inspector } from '@roomful/devtools/inspector'
import type { Client } from '@roomful/client'
import type { chat } from '@roomful-demo/chat-contract'
import { useCallback, useSyncExternalStore } from 'react'
import { useSocket } from '../realtime.ts'

/** They live as long as their clients: a fault goes on while the dock is closed. */
const inspectors = new WeakMap<object, Inspector>()

/** The recording of the client, from the first time that the dock was open. The component is rendered once a frame at most. */
export function useInspector(): Inspector {
  const { client } = useSocket()
  const inspector = inspectorOf(client)
  const subscribe = useCallback(
    (listener: () => void) => {
      let frame = 0
      const unsubscribe = inspector.subscribe(() => {
        frame ||= requestAnimationFrame(() => {
          frame = 0
          listener()
        })
      })
      return () => {
        cancelAnimationFrame(frame)
        unsubscribe()
      }
    },
    [inspector],
  )
  useSyncExternalStore(subscribe, () => inspector.entries.at(-1)?.number)
  return inspector
}

function inspectorOf(client: Client<typeof chat>): Inspector {
  const inspector = inspectors.get(client) ?? createInspector(client, { maxEntries: 500 })
  inspectors.set(client, inspector)
  return inspector
}
