import type { Client } from '@roomful/client'
import { clientHooks, createHooks } from '@roomful/react'
import type { chat } from './contract.ts'

const { RoomfulProvider, useConnection, useRoom, useOutbox } = createHooks<typeof chat>(undefined, clientHooks) // no client yet

function Me() {
  const user = useConnection((state) => state.status === 'connected' && state.user?.id)
  const { status } = useRoom('general')
  const unsent = useOutbox(({ queued, sending }) => queued + sending)
  return <output>{`${user}: ${status}, ${unsent} unsent`}</output>
}

export function Two({ first, second }: Record<'first' | 'second', Client<typeof chat>>) {
  return (
    <RoomfulProvider client={first}>
      <Me />
      <RoomfulProvider client={second}>
        <Me />
      </RoomfulProvider>
    </RoomfulProvider>
  )
}
