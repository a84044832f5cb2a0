package io.forebay.samples.oss;

/** An error answer, by the codes of the OSS API reference. */
final class OssError extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int status;
  private final String code;

  OssError(int status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  int status() {
    return status;
  }

  String xml(String requestId, String host) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>"
        + Xml.element("Code", code)
        + Xml.element("Message", getMessage())
        + Xml.element("RequestId", requestId)
        + Xml.element("HostId", host)
        + "</Error>";
  }
}
