import { BadServer } from './components/bad-server.tsx'
import { NameScreen } from './components/name-screen.tsx'
import { OtherServer } from './components/other-server.tsx'
import { SignedIn } from './components/signed-in.tsx'
import { useChatClient } from './realtime.ts'
import { server } from './server.ts'
import { useSession } from './session.ts'
import { useTrust } from './trusted-servers.ts'

export function App() {
  const session = useSession((state) => state.session)
  const client = useChatClient((state) => state.client)
  const isTrusted = useTrust((trust) => trust.isTrusted)
  if (server.problem) return <BadServer problem={server.problem} />
  if (!isTrusted) return <OtherServer />
  return session && client ? <SignedIn key={session.user.id} me={session.user} client={client} /> : <NameScreen />
}
