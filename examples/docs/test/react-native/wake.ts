import { AppState } from 'react-native'
import { client } from './client.ts'

/** Returns a function that removes the listener. */
export function wakeWithApp(): () => void {
  const subscription = AppState.addEventListener('change', (state) => {
    if (state === 'active') client.wake()
  })
  return () => subscription.remove()
}
