// Which screen is shown: the model's phase and what is open in it decide, nobody navigates. Sheets lie over it.
import { useEffect, useRef } from 'preact/hooks'
import { Pairing } from './pairing'
import { of, part } from './part'
import { Failed, OtherTab, Revoked, Starting, StorageFull } from './plate'
import { SignIn } from './signin'
import { TopLine } from './topline'
import { UiContext, useUi, type Ui } from './ui'

// What is written here by name comes with the first load: what a device shows until somebody is signed in, and what may
// have to be said without a network. The rest comes in parts.
export const floor = part(() => import('./floor'))
const Counting = of(floor, (m) => m.Counting), SessionOver = of(floor, (m) => m.SessionOver), Sessions = of(floor, (m) => m.Sessions), Tasks = of(floor, (m) => m.Tasks)
const PlacesSheet = of(floor, (m) => m.PlacesSheet), ModeSheet = of(floor, (m) => m.ModeSheet)
const EntriesSheet = of(floor, (m) => m.EntriesSheet), DetailsSheet = of(floor, (m) => m.DetailsSheet), FinishSheet = of(floor, (m) => m.FinishSheet)
const MenuSheet = of(part(() => import('./menu')), (m) => m.MenuSheet)
const SettingsSheet = of(part(() => import('./settings-sheet')), (m) => m.SettingsSheet)
const SyncSheet = of(part(() => import('./sync')), (m) => m.SyncSheet)
const NoticesSheet = of(part(() => import('./notice-list')), (m) => m.NoticesSheet)
const FindSheet = of(part(() => import('./find')), (m) => m.FindSheet)
const RescueSheet = of(part(() => import('./rescue')), (m) => m.RescueSheet)
const CameraSheet = of(part(() => import('./camera')), (m) => m.CameraSheet)
const ScanDebugSheet = of(part(() => import('./scandebug')), (m) => m.ScanDebugSheet)
const MoveScreen = of(part(() => import('./move')), (m) => m.MoveScreen)
const tour = part(() => import('./tour')), training = part(() => import('./training'))
const Tour = of(tour, (m) => m.Tour), TrainingGround = of(training, (m) => m.TrainingGround), TrainingSheet = of(training, (m) => m.TrainingSheet)

export function App({ ui }: { ui: Ui }) {
  return <UiContext.Provider value={ui}><Stage /></UiContext.Provider>
}

// What stands in the place of the work gives way to an open pass. The tour comes by itself once, before the first session.
function Stage() {
  const { model, aside, settings } = useUi()
  const pass = model.pass.value
  useEffect(() => { if (pass) aside.value = undefined }, [pass !== undefined])
  const due = useRef<boolean | undefined>(undefined) // decided where the sessions would first be shown: it comes then or at another start, never later
  const before = model.phase.value === 'ready' && !model.session.value && !model.download.value
  if (before) due.current ??= tour.module.peek() !== undefined
  const first = before && due.current && !settings.value.toured
  const shown = pass ? undefined : aside.value ?? (first ? 'tour' : undefined)
  return shown === 'training' ? <TrainingGround /> : shown === 'tour' ? <Tour /> : <Work />
}

export function Work() {
  return (
    <>
      <div class={useUi().drill ? 'frame training' : 'frame'}>
        <TopLine />
        <Screen />
      </div>
      <Sheets />
    </>
  )
}

function Screen() {
  const { model, refusal, pairAgain } = useUi()
  const phase = model.phase.value, session = model.session.value, pass = model.pass.value
  useEffect(() => { refusal.value = undefined }, [phase, session?.session, pass?.pass, model.moving.value?.move])
  switch (phase) {
    case 'starting': return <Starting />
    case 'other-tab': return <OtherTab />
    case 'failed': return <Failed />
    case 'unpaired': return <Pairing />
  }
  const link = model.link.value.state
  if (pairAgain.value && (link === 'revoked' || link === 'unenrolled')) return <Pairing back={() => { pairAgain.value = false }} />
  if (link === 'revoked') return <Revoked />
  if (phase === 'signed-out') return <SignIn />
  if (!session || model.download.value) return <Sessions />
  const moving = model.moving.value
  if (moving && session.state !== 'sealed' && session.state !== 'cancelled') return <MoveScreen move={moving} />
  if (session.state === 'closing' && pass?.pending) return <Counting pass={pass} closing />
  if (session.state !== 'open' && session.state !== 'unknown') return <SessionOver session={session} />
  if (model.storage.value.full) return <StorageFull />
  return pass ? <Counting pass={pass} /> : <Tasks />
}

function Sheets() {
  const { model, sheet } = useUi()
  const close = () => { sheet.value = undefined }
  const pass = model.pass.value, open = sheet.value
  useBackButton(open !== undefined, close)
  const Questions = floor.module.value?.Questions
  if (Questions && model.question.value && model.question.value.kind !== 'how-many') return <Questions />
  switch (open) {
    case 'menu': return <MenuSheet key={open} close={close} />
    case 'rescue': return <RescueSheet key={open} close={close} />
    case 'sync': return <SyncSheet key={open} close={close} />
    case 'settings': return <SettingsSheet key={open} close={close} />
    case 'notices': return <NoticesSheet key={open} close={close} />
    case 'places': return <PlacesSheet key={open} close={close} />
    case 'camera': return <CameraSheet key={open} close={close} />
    case 'scandebug': return <ScanDebugSheet key={open} close={close} />
    case 'mode': return <ModeSheet key={open} close={close} />
    case 'training': return <TrainingSheet key={open} close={close} />
    case 'find': return pass || model.moving.value ? <FindSheet key={open} pass={pass} close={close} /> : null
  }
  if (!pass) return null
  switch (open) {
    case 'zero': return <FindSheet key={open} pass={pass} zero close={close} />
    case 'entries': return <EntriesSheet key={open} pass={pass} close={close} />
    case 'finish': return <FinishSheet key={open} pass={pass} close={close} />
    case 'details': {
      const of = pass.pending ?? pass.entries.find((e) => !e.reversed)
      return of ? <DetailsSheet key={of.scannedAt} of={of} close={close} /> : null
    }
  }
  return null
}

// useBackButton makes Android's back button close a sheet, and never leave the app in the middle of a count.
function useBackButton(open: boolean, close: () => void): void {
  useEffect(() => {
    history.pushState(null, '', location.pathname + location.search)
    const stay = () => {
      if (!location.hash) history.pushState(null, '', location.pathname + location.search) // a link with a code goes its own way
    }
    addEventListener('popstate', stay)
    return () => removeEventListener('popstate', stay)
  }, [])
  useEffect(() => {
    if (!open) return
    addEventListener('popstate', close)
    return () => removeEventListener('popstate', close)
  }, [open])
}
