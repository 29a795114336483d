// What a shift on the floor needs beyond signing in, as one part: the screens of counting, their questions, and the listener
// for scans.
export { captureScans } from '../scan/capture'
export { Counting } from './count'
export { DetailsSheet } from './details'
export { EntriesSheet } from './entries'
export { FinishSheet } from './finish'
export { ModeSheet } from './mode'
export { SessionOver } from './over'
export { Questions } from './questions'
export { Sessions } from './sessions'
export { PlacesSheet, Tasks } from './tasks'
