export { TensorBoardRecorder } from './recorder.js';
