import { useLayoutEffect, useRef } from 'react'
import { type AnyClient, type DevtoolsOptions, mountPanel } from './panel/element.ts'

export interface RoomfulDevtoolsProps extends DevtoolsOptions {
  readonly client: AnyClient
}

export function Devtools({ client, ...options }: RoomfulDevtoolsProps): null {
  const first = useRef<DevtoolsOptions>(options)
  // Before the effects of the same commit, in which hooks connect.
  useLayoutEffect(() => mountPanel(client, first.current), [client])
  return null
}
