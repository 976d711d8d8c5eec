import { BadServer } from './components/bad-server.tsx'
import { ChatScreen } from './components/chat-screen.tsx'
import { NameScreen } from './components/name-screen.tsx'
import { server } from './server.ts'
import { useSession } from './session.ts'

export function App() {
  const session = useSession((state) => state.session)
  if (server.problem) return <BadServer problem={server.problem} />
  return session ? <ChatScreen me={session.user} /> : <NameScreen />
}
