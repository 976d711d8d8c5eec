import type { Client } from '@roomful/client'
import { createHooks } from '@roomful/react'
import type { chat } from './contract.ts'

const { RoomfulProvider, useConnection, useRoom } = createHooks<typeof chat>() // no client yet

function Me() {
  const user = useConnection((state) => state.status === 'connected' && state.user?.id)
  const { status } = useRoom('general')
  return <output>{`${user}: ${status}`}</output>
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
