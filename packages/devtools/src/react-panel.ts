import type { AnyContract } from '@roomful/contract'
import type { Client } from '@roomful/client'
import { useLayoutEffect, useRef } from 'react'
import { type DevtoolsOptions, mountPanel } from './panel/element.ts'

export interface RoomfulDevtoolsProps extends DevtoolsOptions {
  // oxlint-disable-next-line typescript/no-explicit-any -- a client of any contract
  readonly client: Client<any>
}

export function Devtools({ client, ...options }: RoomfulDevtoolsProps): null {
  const first = useRef<DevtoolsOptions>(options)
  // Before the effects of the same commit, in which hooks connect.
  useLayoutEffect(() => mountPanel<AnyContract>(client, first.current), [client])
  return null
}
