import { BadServer } from './components/bad-server.tsx'
import { NameScreen } from './components/name-screen.tsx'
import { SignedIn } from './components/signed-in.tsx'
import { useChatClient } from './realtime.ts'
import { server } from './server.ts'
import { useSession } from './session.ts'

export function App() {
  const session = useSession((state) => state.session)
  const client = useChatClient((state) => state.client)
  if (server.problem) return <BadServer problem={server.problem} />
  return session && client ? <SignedIn key={session.user.id} me={session.user} client={client} /> : <NameScreen />
}
