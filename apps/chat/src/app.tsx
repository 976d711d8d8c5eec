import { BadServer } from './components/bad-server.tsx'
import { NameScreen } from './components/name-screen.tsx'
import { SignedIn } from './components/signed-in.tsx'
import { server } from './server.ts'
import { useSession } from './session.ts'

export function App() {
  const session = useSession((state) => state.session)
  if (server.problem) return <BadServer problem={server.problem} />
  return session ? <SignedIn key={session.user.id} me={session.user} /> : <NameScreen />
}
