/** Tells which second of video is on the screen, frame by frame where the browser says so. */

/** Calls at each frame shown, also after a seek while paused; until the answer is called. */
export function onFrame(video: HTMLVideoElement, tell: (videoS: number) => void): () => void {
  return 'requestVideoFrameCallback' in video ? byFrame(video, tell) : byTime(video, tell)
}

function byFrame(video: HTMLVideoElement, tell: (videoS: number) => void): () => void {
  let request = 0
  const next = () => {
    request = video.requestVideoFrameCallback((_, { mediaTime }) => {
      tell(mediaTime)
      next()
    })
  }
  next()
  return () => video.cancelVideoFrameCallback(request)
}

function byTime(video: HTMLVideoElement, tell: (videoS: number) => void): () => void {
  let request = 0
  let toldS: number | null = null
  const look = () => {
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.currentTime !== toldS) {
      toldS = video.currentTime
      tell(toldS)
    }
    request = requestAnimationFrame(look)
  }
  look()
  return () => cancelAnimationFrame(request)
}
