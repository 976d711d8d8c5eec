import { createTyping, type Room } from '@roomful/client'
import type { chat } from './contract.ts'

export function follow(room: Room<typeof chat>, input: HTMLInputElement, show: (names: string) => void) {
  const typing = createTyping(room)
  typing.state.subscribe((users) => show(users.map(({ id }) => id).join(', ')))
  input.addEventListener('input', () => (input.value ? typing.keystroke() : typing.stop()))
  return typing.close // call it when the input is removed
}
