// The way to the camera, where there is one to be asked for.
import { text } from '../i18n/text'
import { Icon } from './icon'
import { useUi } from './ui'

export function CameraButton() {
  const { sheet } = useUi()
  return <button type="button" class="icon-button" onClick={() => { sheet.value = 'camera' }} aria-haspopup="dialog" aria-label={text('camera.title')}><Icon name="camera" /></button>
}
