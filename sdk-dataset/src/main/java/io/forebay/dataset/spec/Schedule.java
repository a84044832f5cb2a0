package io.forebay.dataset.spec;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.ZonedDateTime;
import java.util.Optional;

/** Times as Unix cron writes them: minute, hour, day of month, month, day of week. Immutable. */
public final class Schedule {

  private static final CronParser PARSER =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

  private final ExecutionTime times;

  private Schedule(Cron cron) {
    this.times = ExecutionTime.forCron(cron);
  }

  /**
   * @throws IllegalArgumentException naming the text and the form
   */
  public static Schedule parse(String text) {
    try {
      return new Schedule(PARSER.parse(text).validate());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is not a schedule; use five cron fields, such as '0 2 * * *' for 02:00 every"
              + " day: "
              + e.getMessage(),
          e);
    }
  }

  static String check(Field field) {
    return field.as(
        text -> {
          parse(text);
          return text;
        });
  }

  /** The first time after another; empty when there is none. */
  public Optional<ZonedDateTime> next(ZonedDateTime after) {
    return times.nextExecution(after);
  }
}
